import { RefreshSettingsRepository } from '@audience-relay/data';
import { Injectable } from '@nestjs/common';

/** When the system refreshes next: what exports that follow it show as their next run. */
@Injectable()
export class RefreshClock {
  constructor(private readonly settings: RefreshSettingsRepository) {}

  async nextAt(): Promise<Date | null> {
    return (await this.settings.read()).nextAt;
  }
}
