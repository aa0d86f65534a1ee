import { problemCodes, type ProblemCode } from '@audience-relay/contracts';
import { ApiProperty } from '@nestjs/swagger';

export class ProblemFieldErrorDto {
  @ApiProperty({ description: 'Where, in dots and indexes.', example: 'mapping.fields.email' })
  path!: string;

  @ApiProperty({ description: 'What is wrong with it, for a person.' })
  message!: string;
}

/** How every error is answered (RFC 9457, application/problem+json). */
export class ProblemDto {
  @ApiProperty({ description: 'The code as a URI.', example: 'urn:audience-relay:problem:version-conflict' })
  type!: string;

  @ApiProperty({ description: 'The code in words.', example: 'Version conflict' })
  title!: string;

  @ApiProperty({ description: 'The HTTP status.', example: 409 })
  status!: number;

  @ApiProperty({ description: 'What happened, to what, and what to do; for a person.' })
  detail!: string;

  @ApiProperty({ description: 'Stable: scripts switch on it.', enum: Object.keys(problemCodes) })
  code!: ProblemCode;

  @ApiProperty({ description: 'Which fields are wrong.', type: [ProblemFieldErrorDto], required: false })
  errors?: ProblemFieldErrorDto[];

  @ApiProperty({ description: 'The path that was asked.' })
  instance!: string;

  @ApiProperty({ description: 'Quote it when you report the problem.', required: false })
  requestId?: string;
}
