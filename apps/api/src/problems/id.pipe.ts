import { Injectable, type PipeTransform } from '@nestjs/common';
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
