import { Module } from '@nestjs/common';
import { ConnectionTester } from './connection-tester';
import { ConnectionViews } from './connection-views';
import { ConnectionsController } from './connections.controller';
import { ConnectionsService } from './connections.service';
import { SecretKeysService } from './secret-keys.service';

@Module({
  controllers: [ConnectionsController],
  providers: [ConnectionsService, ConnectionTester, ConnectionViews, SecretKeysService],
})
export class ConnectionsModule {}
