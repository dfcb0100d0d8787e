# Erlang/OTP with what it ships: GenServer counters under a DynamicSupervisor, names in a unique Registry, capabilities
# in a duplicate one. It runs the cases of ../cases by itself, in the same sizes, and speaks the lines of ../child.ts.
#
# Started as `elixir otp.exs <case> <name of the scale>=<number> ...`.

defmodule Counter do
  use GenServer, restart: :permanent

  def start_link({id, capability}),
    do: GenServer.start_link(__MODULE__, capability, name: {:via, Registry, {Names, id}})

  def child_spec({id, _} = arguments),
    do: %{id: id, start: {__MODULE__, :start_link, [arguments]}, restart: :permanent}

  @impl true
  def init(nil), do: {:ok, 0}

  def init(capability) do
    {:ok, _} = Registry.register(Capabilities, capability, nil)
    {:ok, 0}
  end

  @impl true
  def handle_call({:add, amount}, _from, total), do: {:reply, total + amount, total + amount}

  @impl true
  def handle_cast({:add, amount}, total), do: {:noreply, total + amount}
  def handle_cast(:crash, _total), do: raise("crash")
end

defmodule World do
  # So many that no supervisor gives up.
  @max_restarts 1_000_000

  def open do
    {:ok, _} = Registry.start_link(keys: :unique, name: Names)
    {:ok, _} = Registry.start_link(keys: :duplicate, name: Capabilities)

    {:ok, _} =
      DynamicSupervisor.start_link(name: Counters, strategy: :one_for_one, max_restarts: @max_restarts, max_seconds: 1)
  end

  def spawn_all(ids, capability \\ nil), do: Enum.each(ids, &spawn_one(&1, capability))

  def spawn_one(id, capability \\ nil) do
    {:ok, pid} = DynamicSupervisor.start_child(Counters, {Counter, {id, capability}})
    pid
  end

  def group(ids) do
    children = Enum.map(ids, &{Counter, {&1, nil}})
    {:ok, _} = Supervisor.start_link(children, strategy: :one_for_all, max_restarts: @max_restarts, max_seconds: 1)
  end

  def ids(count), do: Enum.map(0..(count - 1), &"agent-#{&1}")

  def pid(id) do
    [{pid, _}] = Registry.lookup(Names, id)
    pid
  end

  # The pid that took the place of `old`.
  def successor(id, old) do
    case Registry.lookup(Names, id) do
      [{pid, _}] when pid != old ->
        pid

      _ ->
        :erlang.yield()
        successor(id, old)
    end
  end

  def add(pid, amount), do: GenServer.call(pid, {:add, amount}, :infinity)
  def tell(pid, amount), do: GenServer.cast(pid, {:add, amount})
  def add_by_id(id, amount), do: GenServer.call({:via, Registry, {Names, id}}, {:add, amount}, :infinity)
end

defmodule Measure do
  def now, do: :erlang.monotonic_time(:nanosecond)

  # What `stopwatch` of ../measure.ts takes off: how long the one scheduler was ready to run while others ran.
  def waited do
    with tid when is_binary(tid) <- scheduler(),
         {:ok, text} <- :file.read_file("/proc/self/task/#{tid}/schedstat") do
      text |> String.split(" ") |> Enum.at(1) |> String.to_integer()
    else
      _ -> 0
    end
  end

  defp scheduler do
    case :persistent_term.get(:scheduler, nil) do
      nil -> find_scheduler() |> tap(&:persistent_term.put(:scheduler, &1))
      known -> known
    end
  end

  defp find_scheduler do
    with {:ok, tids} <- File.ls("/proc/self/task") do
      Enum.find(tids, :none, fn tid ->
        match?({:ok, name} when name in ["1_scheduler\n", "erts_sched_1\n"], :file.read_file("/proc/self/task/#{tid}/comm"))
      end)
    else
      _ -> :none
    end
  end

  def nanoseconds(work) do
    started = now()
    before = waited()
    result = work.()
    waited = waited() - before
    {now() - started - waited, result}
  end

  def throughput(round_ms, batch) do
    ends = now() + round_ms * 1_000_000
    {elapsed, count} = nanoseconds(fn -> repeat(ends, batch, 0) end)
    count * 1.0e9 / elapsed
  end

  defp repeat(ends, batch, count) do
    count = count + batch.()
    if now() < ends, do: repeat(ends, batch, count), else: count
  end

  def time_each(count, operation) do
    for _ <- 1..count do
      started = now()
      operation.()
      now() - started
    end
  end

  def percentile(values, share) do
    sorted = Enum.sort(values)
    Enum.at(sorted, max(0, ceil(length(sorted) * share) - 1))
  end

  def must_be(actual, expected, _what) when actual == expected, do: :ok
  def must_be(actual, expected, what), do: raise("The bench is wrong: #{what} is #{actual} instead of #{expected}.")
end

defmodule Cases do
  import Measure
  import World

  @old 7

  # Each prepares and gives a function that runs one round.

  def prepare("spawn", %{agents: agents}) do
    ids = ids(agents)

    fn ->
      :erlang.garbage_collect()
      before = :erlang.memory(:total)
      {elapsed, _} = nanoseconds(fn -> spawn_all(ids) end)
      :erlang.garbage_collect()
      bytes = (:erlang.memory(:total) - before) / agents
      for id <- Enum.take_every(ids, ceil(agents / 100)), do: must_be(add_by_id(id, 1), 1, "the first total")
      %{perSecond: agents * 1.0e9 / elapsed, bytes: bytes}
    end
  end

  def prepare("ask", %{roundMs: round_ms, samples: samples}) do
    pid = spawn_one("counter")

    fn ->
      first = add(pid, 0)
      per_second = throughput(round_ms, fn -> ask(pid, 1000) end)
      asked = add(pid, 0)
      durations = time_each(samples, fn -> add(pid, 1) end)
      must_be(add(pid, 0), asked + samples, "the total after all asks")
      must_be(asked > first, true, "whether asks were counted")
      %{perSecond: per_second, p50Us: percentile(durations, 0.5) / 1000, p99Us: percentile(durations, 0.99) / 1000}
    end
  end

  def prepare("ask-many", %{roundMs: round_ms}) do
    ids = ids(1000)
    spawn_all(ids)
    table = List.to_tuple(ids)
    sum = fn -> ids |> Enum.map(&add_by_id(&1, 0)) |> Enum.sum() end

    fn ->
      before = sum.()
      batches = :counters.new(1, [])

      per_second =
        throughput(round_ms, fn ->
          1..100 |> Enum.map(fn caller -> Task.async(fn -> call(table, caller, 0) end) end) |> Task.await_many(:infinity)
          :counters.add(batches, 1, 1)
          10_000
        end)

      must_be(sum.() - before, :counters.get(batches, 1) * 10_000, "the sum of all totals")
      %{perSecond: per_second}
    end
  end

  def prepare("tell-one", %{roundMs: round_ms}) do
    pid = spawn_one("counter")

    fn ->
      %{
        perSecond:
          throughput(round_ms, fn ->
            before = add(pid, 0)
            tell_times(pid, 500)
            must_be(add(pid, 0), before + 500, "the total after a burst")
            500
          end)
      }
    end
  end

  def prepare("tell-many", %{roundMs: round_ms}) do
    ids = ids(1000)
    spawn_all(ids)
    pids = Enum.map(ids, &pid/1)
    last = List.last(pids)

    fn ->
      per_second =
        throughput(round_ms, fn ->
          before = add(last, 0)
          Enum.each(pids, &tell(&1, 1))
          must_be(add(last, 0), before + 1, "the last one's total after a burst")
          1000
        end)

      told = add(last, 0)
      for pid <- pids, do: must_be(add(pid, 0), told, "a total after all bursts")
      %{perSecond: per_second}
    end
  end

  def prepare("lookup-tenth", scale), do: lookup(div(scale.agents, 10), scale)
  def prepare("lookup-all", scale), do: lookup(scale.agents, scale)
  def prepare("capability-few", scale), do: capability(max(2, div(scale.agents, 10_000)), false, scale)
  def prepare("capability-many", scale), do: capability(max(2, div(scale.agents, 100)), true, scale)

  def prepare("crash", %{crashers: crashers, crashes: crashes}) do
    spawn_all(ids(crashers))
    spawn_one("victim")

    fn ->
      durations =
        time_each(crashes, fn ->
          old = pid("victim")
          GenServer.cast(old, :crash)
          must_be(add(successor("victim", old), 1), 1, "the total after a crash")
        end)

      %{p50Us: percentile(durations, 0.5) / 1000, p99Us: percentile(durations, 0.99) / 1000}
    end
  end

  def prepare("crash-all", %{crashers: crashers}) do
    ids = ids(crashers)
    spawn_all(ids)

    fn ->
      olds = Enum.map(ids, &{&1, pid(&1)})
      for {_, pid} <- olds, do: add(pid, @old)

      {elapsed, totals} =
        nanoseconds(fn ->
          for {_, pid} <- olds, do: GenServer.cast(pid, :crash)
          for {id, pid} <- olds, do: add(successor(id, pid), 1)
        end)

      for total <- totals, do: must_be(total, 1, "a total after the crash of all")
      %{ms: elapsed / 1.0e6}
    end
  end

  def prepare("crash-group", %{children: children}) do
    ids = ids(children)
    group(ids)

    fn ->
      olds = Enum.map(ids, &{&1, pid(&1)})
      for {_, pid} <- olds, do: add(pid, @old)
      [{_, first} | _] = olds

      {elapsed, totals} =
        nanoseconds(fn ->
          GenServer.cast(first, :crash)
          for {id, pid} <- Enum.reverse(olds), do: add(successor(id, pid), 1)
        end)

      for total <- totals, do: must_be(total, 1, "a total after the crash of the group")
      %{ms: elapsed / 1.0e6}
    end
  end

  def prepare("fairness", %{backlog: backlog}) do
    busy = spawn_one("busy")
    other = spawn_one("other")

    fn ->
      before = add(busy, 0)
      :erlang.suspend_process(busy)
      tell_times(busy, backlog)
      timers = Task.async(fn -> watch_timers(0) end)
      over = Task.async(fn -> add(busy, 0) end)
      :erlang.resume_process(busy)
      {asks, total} = ask_until(other, over, [])
      must_be(total, before + backlog, "the total after the queue")
      send(timers.pid, :stop)
      %{p99Ms: percentile(asks, 0.99) / 1.0e6, lateMs: Task.await(timers, :infinity) / 1.0e6}
    end
  end

  # Its mailboxes have no bounds: there is no overload to measure.
  def prepare(_, _), do: nil

  defp ask(_pid, 0), do: 1000

  defp ask(pid, count) do
    add(pid, 1)
    ask(pid, count - 1)
  end

  defp call(_ids, _caller, 100), do: :ok

  defp call(ids, caller, count) do
    add_by_id(elem(ids, rem(caller * 37 + count * 11, 1000)), 1)
    call(ids, caller, count + 1)
  end

  defp tell_times(_pid, 0), do: :ok

  defp tell_times(pid, count) do
    tell(pid, 1)
    tell_times(pid, count - 1)
  end

  defp lookup(count, %{roundMs: round_ms}) do
    ids = ids(count)
    spawn_all(ids)
    :rand.seed(:exsss, {1, 2, 3})
    batches = ids |> Enum.shuffle() |> Enum.chunk_every(1000)
    cursor = :counters.new(1, [])
    table = List.to_tuple(batches)

    fn ->
      %{
        perSecond:
          throughput(round_ms, fn ->
            batch = elem(table, rem(:counters.get(cursor, 1), tuple_size(table)))
            :counters.add(cursor, 1, 1)
            must_be(found(batch, 0), length(batch), "the number of agents found")
            length(batch)
          end)
      }
    end
  end

  defp found([], count), do: count

  defp found([id | ids], count) do
    case Registry.lookup(Names, id) do
      [{_pid, _}] -> found(ids, count + 1)
      [] -> found(ids, count)
    end
  end

  defp capability(count, churn, %{agents: agents, roundMs: round_ms}) do
    ids = ids(agents)
    {holders, rest} = Enum.split(ids, count)
    spawn_all(holders, "rare")
    spawn_all(rest)
    goer = hd(holders)

    fn ->
      %{
        perSecond:
          throughput(round_ms, fn ->
            expected = if churn, do: change(goer, count), else: count
            for _ <- 1..1000, do: must_be(length(Registry.lookup(Capabilities, "rare")), expected, "the number of holders")
            1000
          end)
      }
    end
  end

  # One holder goes, or comes back.
  defp change(goer, count) do
    case Registry.lookup(Names, goer) do
      [{pid, _}] ->
        :ok = DynamicSupervisor.terminate_child(Counters, pid)
        wait_for_holders(count - 1)

      [] ->
        spawn_one(goer, "rare")
        count
    end
  end

  # The registry hears of an end by a message of its own.
  defp wait_for_holders(count) do
    if length(Registry.lookup(Capabilities, "rare")) == count do
      count
    else
      :erlang.yield()
      wait_for_holders(count)
    end
  end

  defp ask_until(other, over, asks) do
    started = now()
    add(other, 1)
    asks = [now() - started | asks]

    case Task.yield(over, 0) do
      {:ok, total} -> {asks, total}
      nil -> ask_until(other, over, asks)
    end
  end

  defp watch_timers(latest) do
    due = now() + 1_000_000
    Process.send_after(self(), :ring, 1)

    receive do
      :ring -> watch_timers(max(latest, now() - due))
      :stop -> max(latest, now() - due)
    end
  end
end

defmodule Lines do
  def run([name | scale]) do
    Logger.configure(level: :none)
    scale = Map.new(scale, fn word -> [key, number] = String.split(word, "="); {String.to_atom(key), String.to_integer(number)} end)
    World.open()
    round = Cases.prepare(name, scale)
    say(%{ready: if(round, do: 1, else: 0)})
    answer(round)
  end

  defp answer(round) do
    if IO.read(:line) != :eof do
      try do
        say(round.())
      rescue
        error -> IO.puts(~s({"error": #{inspect(Exception.message(error))}}))
      end

      answer(round)
    end
  end

  defp say(figures), do: IO.puts("{" <> Enum.map_join(figures, ", ", fn {key, value} -> ~s("#{key}": #{value}) end) <> "}")
end

Lines.run(System.argv())
