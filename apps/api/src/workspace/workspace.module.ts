import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module';
import { WorkspaceController } from './workspace.controller';

@Module({ imports: [UsersModule], controllers: [WorkspaceController] })
export class WorkspaceModule {}
