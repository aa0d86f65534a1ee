import { ApiKeyRepository, UserRepository } from '@audience-relay/data';
import { Injectable } from '@nestjs/common';
import type { Types } from 'mongoose';
import type { UserRefDto } from './user.dto';

/** What people see where an API key did something. */
export const apiKeyName = (name: string): string => `${name} (API key)`;

/** Turns the ids of those who did something, people or API keys, into names: one read a page, two where keys were at work. */
@Injectable()
export class UserNames {
  constructor(
    private readonly users: UserRepository,
    private readonly apiKeys: ApiKeyRepository,
  ) {}

  /** @returns By id; removed users too. `names.get(String(record.createdBy)) ?? null` */
  async of(ids: readonly (Types.ObjectId | null | undefined)[]): Promise<Map<string, UserRefDto>> {
    const wanted = new Map(ids.flatMap((id) => (id ? [[id.toHexString(), id] as const] : [])));
    if (wanted.size === 0) return new Map();
    const users = await this.users.findNames([...wanted.values()]);
    const others = [...wanted].filter(([id]) => !users.has(id)).map(([, id]) => id);
    const keys = others.length > 0 ? await this.apiKeys.findNames(others) : new Map<string, string>();
    const nameOf = (id: string): string => {
      const key = keys.get(id);
      return users.get(id)?.name ?? (key === undefined ? 'Removed user' : apiKeyName(key));
    };
    return new Map([...wanted.keys()].map((id) => [id, { id, name: nameOf(id) }]));
  }
}
