import { Injectable, type PipeTransform } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { Types } from 'mongoose';
import { notFound } from './problem.exception';

/** `@Param('id', IdPipe) id: Types.ObjectId`. What cannot be an id belongs to nothing: 404, not 400. */
@Injectable()
export class IdPipe implements PipeTransform<string, Types.ObjectId> {
  transform(value: string): Types.ObjectId {
    if (!/^[0-9a-f]{24}$/i.test(value)) throw notFound('This item');
    return new Types.ObjectId(value);
  }
}

/** Documents the id in the path; with a pipe on it, Swagger cannot see that it is text. */
export const ApiIdParam = (name = 'id'): MethodDecorator =>
  ApiParam({ name, type: String, description: 'The id.', example: '6743f0e2a1b2c3d4e5f60718' });
