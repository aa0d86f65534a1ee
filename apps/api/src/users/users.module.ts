import { Global, Module } from '@nestjs/common';
import { UserNames } from './user-names';
import { UsersController } from './users.controller';
import { UsersService } from './users.service';

/** Global: most lists show who did what. */
@Global()
@Module({
  controllers: [UsersController],
  providers: [UserNames, UsersService],
  exports: [UserNames],
})
export class UsersModule {}
