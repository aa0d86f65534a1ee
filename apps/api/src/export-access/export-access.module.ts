import { Module } from '@nestjs/common';
import { ExportAccess } from './export-access';

@Module({ providers: [ExportAccess], exports: [ExportAccess] })
export class ExportAccessModule {}
