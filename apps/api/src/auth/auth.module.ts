import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { ThrottlerModule } from '@nestjs/throttler';
import type { ApiConfig } from '../config/api-config';
import { configToken } from '../config/config.module';
import { AccessGuard } from './access.guard';
import { accessTokenOptions } from './access-token';
import { AuthController } from './auth.controller';
import { AuthService } from './auth.service';
import { FirstAdministrator } from './first-administrator';
import { JwtStrategy } from './jwt.strategy';
import { PasswordConfirmation } from './password-confirmation';
import { SignInLockout } from './sign-in-lockout';

/** Global: other features confirm passwords and learn who is signed in. */
@Global()
@Module({
  imports: [
    PassportModule,
    JwtModule.registerAsync({
      inject: [configToken],
      useFactory: (config: ApiConfig) => ({ secret: config.jwtSecret, signOptions: accessTokenOptions }),
    }),
    ThrottlerModule.forRootAsync({
      inject: [configToken],
      useFactory: (config: ApiConfig) => [{ limit: config.signInsPerMinute, ttl: 60_000 }],
    }),
  ],
  controllers: [AuthController],
  providers: [
    AuthService,
    FirstAdministrator,
    JwtStrategy,
    PasswordConfirmation,
    SignInLockout,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [PasswordConfirmation, ThrottlerModule],
})
export class AuthModule {}
