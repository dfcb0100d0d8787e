/** What the agents' room tells the world. Every payload carries `at`, milliseconds since the epoch. */

export interface AgentEvents {
  "agent:registered": { at: number; agent: string };
  "agent:unregistered": { at: number; agent: string };
  "agent:started": { at: number; agent: string; epoch: number };
  "agent:stopped": { at: number; agent: string; reason: string };
  /** It crashed too often, or could not start: it stays down until someone restarts it. */
  "agent:failed": { at: number; agent: string; error: unknown };
  "agent:restarted": { at: number; agent: string; epoch: number; error: unknown };
  /** Its code was replaced while it ran. */
  "agent:upgraded": { at: number; agent: string; from: number; to: number };
  /** It has one more, or one less, to share its work. */
  "agent:scaled": { at: number; agent: string; replicas: number };
  "agent:message_dropped": {
    at: number;
    agent: string;
    handler: string;
    reason: "mailbox_full" | "agent_not_found" | "agent_not_running" | "unknown_handler";
  };
}
