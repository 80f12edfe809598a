/** What `/api/stats` tells operators. */

import type { Histogram, NodeSummary, Rung, ServerStats } from "deadstop-client";

export type NodeRow = NodeSummary;
export type Stats = ServerStats;

/** One line of a picture; null where there was nothing to measure. */
export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

const KEPT = 300;

/** The latest stats, as lines over time. */
export class StatsHistory {
  private samples: readonly Stats[] = [];

  get latest(): Stats | undefined {
    return this.samples.at(-1);
  }

  add(stats: Stats): void {
    this.samples = [...this.samples, stats].slice(-KEPT);
  }

  gauge(name: string, ...keys: readonly string[]): Line {
    return this.line(name, ({ gauges }) => keys.reduce((sum, key) => sum + (gauges[key] ?? 0), 0));
  }

  gatewayMemory(): Line {
    return this.line("gateway", ({ gateway }) => gateway.memory_bytes ?? 0);
  }

  /** Stops that needed this rung, with those before the first sample. A supervisor that has restarted counts anew. */
  stops(rung: Rung): Line {
    let total = 0;
    return this.line(rung, (now, before) => {
      const [more, had] = [countOf(now.stops[rung]), countOf(before?.stops[rung])];
      total += before && more >= had ? more - had : more;
      return total;
    });
  }

  /** Mean milliseconds to the first chunk: of all answers so far, then of those that began between two samples. */
  firstChunk(): Line {
    return this.line("mean", (now, before) => {
      const answers = countOf(now.first_chunk) - countOf(before?.first_chunk);
      return answers > 0 ? (((now.first_chunk.sum_s ?? 0) - (before?.first_chunk.sum_s ?? 0)) / answers) * 1000 : null;
    });
  }

  private line(name: string, value: (now: Stats, before: Stats | undefined) => number | null): Line {
    return { name, values: this.samples.map((now, at) => value(now, this.samples[at - 1])) };
  }
}

export function countOf(histogram: Histogram | undefined): number {
  return histogram?.counts?.reduce((sum, count) => sum + count, 0) ?? 0;
}
