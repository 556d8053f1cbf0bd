import { Type, type SchemaOptions, type TSchema } from '@sinclair/typebox';

/** A value that may be unknown: null in JSON, never a guess. */
export const Nullable = <T extends TSchema>(schema: T, options: SchemaOptions = {}) =>
  Type.Union([schema, Type.Null()], options);

/** RFC 3339 UTC with milliseconds. */
export const Timestamp = (description: string) => Type.String({ format: 'date-time', description });

/** One of the given words. */
export const Words = <T extends string>(words: readonly T[], options: SchemaOptions = {}) =>
  Type.Unsafe<T>({ type: 'string', enum: [...words], ...options });
