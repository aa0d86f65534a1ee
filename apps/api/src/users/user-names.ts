import { UserRepository } from '@audience-relay/data';
import { Injectable } from '@nestjs/common';
import type { Types } from 'mongoose';
import type { UserRefDto } from './user.dto';

/** Turns the user ids of a page into names with one read. */
@Injectable()
export class UserNames {
  constructor(private readonly users: UserRepository) {}

  /** @returns By id; removed users too. `names.get(String(record.createdBy)) ?? null` */
  async of(ids: readonly (Types.ObjectId | null | undefined)[]): Promise<Map<string, UserRefDto>> {
    const wanted = [...new Map(ids.flatMap((id) => (id ? [[id.toHexString(), id] as const] : [])))];
    if (wanted.length === 0) return new Map();
    const found = await this.users.findNames(wanted.map(([, id]) => id));
    return new Map(wanted.map(([id]) => [id, { id, name: found.get(id)?.name ?? 'Removed user' }]));
  }
}
