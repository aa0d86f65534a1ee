import { ConnectionRepository } from '@audience-relay/data';
import { Injectable } from '@nestjs/common';
import type { SecretKeysDto } from './connection.dto';

/** How far a rotation of SECRET_KEYS is: an old key may be dropped when nothing is left for it. */
@Injectable()
export class SecretKeysService {
  constructor(private readonly connections: ConnectionRepository) {}

  async look(): Promise<SecretKeysDto> {
    const [byKey, due] = await Promise.all([
      this.connections.countByKey(),
      this.connections.findIdsDueForSealing(),
    ]);
    return {
      current: this.connections.currentKid,
      remaining: due.length,
      connectionsByKey: Object.fromEntries(byKey),
    };
  }

  /** Seals with the first key what older keys sealed, without waiting for the connections to be used. */
  async rotate(): Promise<SecretKeysDto> {
    for (const id of await this.connections.findIdsDueForSealing()) await this.connections.open(id);
    return this.look();
  }
}
