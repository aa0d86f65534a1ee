import { AlertSettingsRepository, ConnectionRepository } from '@audience-relay/data';
import { Injectable } from '@nestjs/common';
import type { SecretKeysDto } from './connection.dto';

/** How far a rotation of SECRET_KEYS is: an old key may be dropped when nothing is left for it. */
@Injectable()
export class SecretKeysService {
  constructor(
    private readonly connections: ConnectionRepository,
    private readonly alertSettings: AlertSettingsRepository,
  ) {}

  async look(): Promise<SecretKeysDto> {
    const [byKey, due, alertsDue, unreadable, alerts] = await Promise.all([
      this.connections.countByKey(),
      this.connections.findIdsDueForSealing(),
      this.alertSettings.isDueForSealing(),
      this.connections.countUnreadable(),
      this.alertSettings.read(),
    ]);
    const alertsUnreadable = Object.keys(this.alertSettings.findUnreadable(alerts)).length > 0;
    return {
      current: this.connections.currentKid,
      remaining: due.length + (alertsDue ? 1 : 0),
      unreadable: unreadable + (alertsUnreadable ? 1 : 0),
      connectionsByKey: Object.fromEntries(byKey),
    };
  }

  /** Seals with the first key what older keys sealed, without waiting for the connections to be used. */
  async rotate(): Promise<SecretKeysDto> {
    for (const id of await this.connections.findIdsDueForSealing()) await this.connections.read(id);
    await this.alertSettings.open();
    return this.look();
  }
}
