import { describe, expect, it } from "vitest";

import { StatsHistory, type Stats } from "../../src/ops/stats";
import { pointsOf } from "../../src/ops/sparkline";
import { age, bytes } from "../../src/ops/format";

const stats = (answers: number, sum_s: number, kills: number): Stats => ({
  jobs: {},
  ended: [],
  stops: kills ? { kill: { counts: [0, kills], sum_s: 0 } } : {},
  first_chunk: { counts: [answers, 0], sum_s },
  gauges: { running: answers, worker_memory_bytes: 1 },
  gateway: { memory_bytes: 7 },
  nodes: [],
});

describe("the stats over time", () => {
  const history = new StatsHistory();
  for (const [answers, sum, kills] of [[1, 0.1, 2], [1, 0.1, 2], [3, 0.5, 5], [0, 0, 1]] as const) {
    history.add(stats(answers, sum, kills));
  }

  it("count stops, those before the page was opened too, also over a restart of the supervisor", () => {
    expect(history.stops("kill").values).toEqual([2, 2, 5, 6]);
    expect(history.stops("cancel").values).toEqual([0, 0, 0, 0]);
  });

  it("show the mean of all answers, then of those that began in between, and nothing where none did", () => {
    expect(history.firstChunk().values).toEqual([expect.closeTo(100), null, expect.closeTo(200), null]);
  });

  it("add up gauges", () => {
    expect(history.gauge("both", "running", "worker_memory_bytes").values).toEqual([2, 2, 4, 1]);
    expect(history.gatewayMemory().values.at(-1)).toBe(7);
  });

  it("are bounded", () => {
    const long = new StatsHistory();
    for (let count = 0; count < 1000; count += 1) long.add(stats(count, 0, 0));
    expect(long.gauge("running", "running").values).toHaveLength(300);
  });
});

describe("a picture", () => {
  it("goes from left to right and from zero to the largest, over what is missing", () => {
    expect(pointsOf([0, null, 10], 10)).toBe("0.0,71.0 300.0,1.0");
    expect(pointsOf([5], 10)).toBe("0.0,36.0");
  });
});

describe("sizes and ages for people", () => {
  it.each([[0, "0 B"], [1023, "1023 B"], [1536, "1.5 KiB"], [3 * 2 ** 30, "3.0 GiB"]])("%d bytes are %s", (size, text) => expect(bytes(size)).toBe(text));
  it.each([[-1, "0 s"], [59.9, "59 s"], [125, "2:05 min"]])("%d s are %s", (seconds, text) => expect(age(seconds)).toBe(text));
});
