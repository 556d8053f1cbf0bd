import './.config/jest-setup';

/** jsdom draws nothing: a context that takes every call, and measures six pixels a letter. */
const context = () =>
  new Proxy(
    {},
    {
      get: (target, name) => {
        if (name === 'measureText') return (text) => ({ width: 6 * text.length });
        if (name === 'createImageData')
          return (width, height) => ({ width, height, data: new Uint8ClampedArray(4 * width * height) });
        return name in target ? target[name] : () => undefined;
      },
      set: (target, name, value) => {
        target[name] = value;
        return true;
      },
    },
  );

HTMLCanvasElement.prototype.getContext = context;

global.Path2D ??= class {
  moveTo() {}
  lineTo() {}
  arc() {}
};
