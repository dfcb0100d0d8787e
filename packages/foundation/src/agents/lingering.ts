/**
 * Signals of messages that handlers have looked at. A handler may have replied and still work on something in the
 * background: its signal must fire when the life ends. Whoever let go of its signal is forgotten, so that a life of a
 * million messages holds on to none of them.
 */
export class Lingering {
  /** A controller lives as long as its signal. */
  readonly #controllers = new WeakMap<AbortSignal, AbortController>();
  #signals: WeakRef<AbortSignal>[] = [];
  #sweptSize = 64;

  add(controller: AbortController): void {
    const { signal } = controller;
    if (this.#controllers.has(signal)) return;
    this.#controllers.set(signal, controller);
    this.#signals.push(new WeakRef(signal));
    if (this.#signals.length < 2 * this.#sweptSize) return;
    this.#signals = this.#signals.filter((reference) => reference.deref() !== undefined);
    this.#sweptSize = Math.max(64, this.#signals.length);
  }

  abort(reason: unknown): void {
    for (const reference of this.#signals) {
      const signal = reference.deref();
      if (signal !== undefined) this.#controllers.get(signal)?.abort(reason);
    }
    this.#signals = [];
  }
}
