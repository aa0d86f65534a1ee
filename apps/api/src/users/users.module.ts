import { Global, Module } from '@nestjs/common';
import { ActiveUsers } from './active-users';
import { Passwords } from './passwords';
import { UserNames } from './user-names';
import { UsersController } from './users.controller';
import { UsersService } from './users.service';

/** Global: most lists show who did what; signing in needs accounts and their passwords. */
@Global()
@Module({
  controllers: [UsersController],
  providers: [ActiveUsers, Passwords, UserNames, UsersService],
  exports: [ActiveUsers, Passwords, UserNames],
})
export class UsersModule {}
