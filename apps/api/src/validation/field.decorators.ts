import { applyDecorators, type Type as Class } from '@nestjs/common';
import { PartialType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsArray, IsObject, ValidateIf, ValidateNested } from 'class-validator';

/**
 * The field may be absent; the other rules hold for every value that is sent, null included. class-validator's own
 * `IsOptional` skips them for null as well, which stores null where nothing expects it: lint keeps it out.
 */
export const Optional = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

/** The field may be null: what its schema says by `nullable`. */
export const Nullable = (): PropertyDecorator => ValidateIf((_, value) => value !== null);

/** One object of this class. `ValidateNested` alone lets null, absent and an empty list pass. */
export const Nested = (type: () => Class): PropertyDecorator =>
  applyDecorators(Type(type), ValidateNested(), IsObject({ message: '$property must be an object' }));

/** A list of objects of this class, without null. */
export const NestedList = (type: () => Class): PropertyDecorator =>
  applyDecorators(
    Type(type),
    ValidateNested({ each: true }),
    IsObject({ each: true, message: 'each value in $property must be an object' }),
    IsArray(),
  );

/** The class with every field `Optional`. Swagger's own `PartialType` lets null pass, as `IsOptional` does. */
export const partialOf = <Dto>(dto: Class<Dto>): Class<Partial<Dto>> =>
  PartialType(dto, { skipNullProperties: false });
