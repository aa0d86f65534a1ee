import type { Permission } from '@audience-relay/contracts';
import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';
import type { Request } from 'express';
import type { SignedInUser } from './signed-in-user';

/** Who may call an endpoint. Every endpoint (or its controller) declares one; undeclared = nobody. */
export type Access = 'public' | 'signed-in' | Permission;

export const accessKey = 'access';

function requireAccess(access: Access): MethodDecorator & ClassDecorator {
  return applyDecorators(
    SetMetadata(accessKey, access),
    ...(access === 'public' ? [] : [ApiBearerAuth(), ApiExtension('x-access', access)]),
  );
}

/** Anyone, signed in or not. */
export const Public = (): MethodDecorator & ClassDecorator => requireAccess('public');

/** Any person who is signed in, whatever the role; no API key. */
export const SignedIn = (): MethodDecorator & ClassDecorator => requireAccess('signed-in');

/** Those whose role holds the permission in the contracts' table. */
export const RequirePermission = (permission: Permission): MethodDecorator & ClassDecorator =>
  requireAccess(permission);

/** `@CurrentUser() user: SignedInUser` */
export const CurrentUser = createParamDecorator(
  (_: unknown, context: ExecutionContext): SignedInUser | undefined =>
    context.switchToHttp().getRequest<Request & { user?: SignedInUser }>().user,
);
