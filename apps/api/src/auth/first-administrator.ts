import { UserRepository } from '@audience-relay/data';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { EnvironmentError } from '@audience-relay/observability';
import type { ApiConfig } from '../config/api-config';
import { InjectConfig } from '../config/config.module';
import { passwordProblem, Passwords } from '../users/passwords';

/** A new system has nobody who could invite anybody: makes the administrator that the environment names. */
@Injectable()
export class FirstAdministrator implements OnApplicationBootstrap {
  private readonly logger = new Logger(FirstAdministrator.name);

  constructor(
    @InjectConfig() private readonly config: ApiConfig,
    private readonly users: UserRepository,
    private readonly passwords: Passwords,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!(await this.users.isEmpty())) return;
    const first = this.config.firstAdministrator;
    if (!first) {
      this.logger.warn(
        'There is no user yet. Set ADMIN_EMAIL and ADMIN_PASSWORD and start again to make one.',
      );
      return;
    }
    const problem = passwordProblem(first.password);
    if (problem) throw new EnvironmentError([`ADMIN_PASSWORD is not usable. ${problem}`]);
    await this.users.insert(
      {
        email: first.email,
        name: 'Administrator',
        role: 'administrator',
        passwordHash: await this.passwords.hash(first.password),
      },
      null,
    );
    this.logger.log('Made the first administrator');
  }
}
