import { colorAt, colorScale, domainOf, gradientOf, lookupOf, type ScaleName } from './color-scale';

/** Relative luminance (WCAG 2.1). */
function luminance(color: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = color.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test.each([
  ['level', true],
  ['level', false],
  ['headroom', true],
  ['headroom', false],
] as [ScaleName, boolean][])(
  '%s, dark %p: lightness goes one way, worst is farthest from the background',
  (name, isDark) => {
    const domain = { low: -6, high: 12 };
    const scale = colorScale(name, isDark);
    const light = Array.from({ length: 64 }, (_, i) => luminance(colorAt(scale, domain, -6 + (i / 63) * 18)));
    light.slice(1).forEach((value, i) => {
      if (isDark) expect(value).toBeLessThanOrEqual(light[i] as number);
      else expect(value).toBeGreaterThanOrEqual(light[i] as number);
    });
    expect(Math.abs((light[0] as number) - (light[63] as number))).toBeGreaterThan(0.7);
  },
);

test('headroom changes its hue at zero wherever zero lies', () => {
  const scale = colorScale('headroom', true);
  const warm = ([red = 0, , blue = 0]: readonly number[]) => red > blue;
  for (const domain of [
    { low: -1, high: 20 },
    { low: -20, high: 1 },
  ]) {
    expect(warm(colorAt(scale, domain, -0.01))).toBe(true);
    expect(warm(colorAt(scale, domain, 0.01))).toBe(false);
  }
});

test('a lookup is opaque and ends in the colours of the domain', () => {
  const scale = colorScale('level', true);
  const domain = { low: 30, high: 45 };
  const bytes = new Uint8Array(lookupOf(scale, domain).buffer);
  expect(bytes[3]).toBe(255);
  expect(Math.abs((bytes[0] ?? 0) - colorAt(scale, domain, 30)[0])).toBeLessThanOrEqual(1);
  expect(gradientOf(scale, domain)).toMatch(/^linear-gradient\(to right, rgb\(255,243,168\) 0\.0%/);
});

test('the domain leaves out strays and what was not measured', () => {
  const values = Float32Array.from({ length: 10_000 }, (_, i) => 35 + (i % 100) / 10);
  values[17] = 1;
  values.fill(NaN, 5000, 6000);
  expect(domainOf([{ values }], 6)).toEqual({ low: 35, high: 45 });
  expect(domainOf([{ values: Float32Array.of(NaN) }], 6)).toEqual({ low: 0, high: 6 });
  expect(domainOf([{ values: Float32Array.of(40) }], 6)).toEqual({ low: 37, high: 43 });
});
