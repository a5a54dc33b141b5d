// Round marks for axes.

const STEPS = [1, 2, 2.5, 5, 10] as const;

/** Round values from 0 up to at least `top`, about `count` of them; one step for nothing. */
export function niceTicks(top: number, count: number): readonly number[] {
  const rough = Math.max(top, 1e-9) / Math.max(1, count);
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = (STEPS.find((each) => each * magnitude >= rough) ?? 10) * magnitude;
  const steps = Math.max(1, Math.ceil(top / step - 1e-9));
  return Array.from({ length: steps + 1 }, (_, i) => i * step);
}
