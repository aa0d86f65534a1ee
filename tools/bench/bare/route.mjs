// @ts-check
/*
 * The least that an API can be: one Nest route that reads one document.
 *
 *   node route.mjs '{"uri", "database", "collection", "port"}'
 */
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import mongoose from 'mongoose';

const { uri, database, collection, port } = JSON.parse(process.argv[2]);
const client = await new mongoose.mongo.MongoClient(uri).connect();
const documents = client.db(database).collection(collection);
const { _id } = (await documents.findOne()) ?? {};

class BareController {
  read() {
    return documents.findOne({ _id });
  }
}
// As the decorators @Get() and @Controller('bare') do it; this file is not compiled.
const read = /** @type {PropertyDescriptor} */ (
  Object.getOwnPropertyDescriptor(BareController.prototype, 'read')
);
Get()(BareController.prototype, 'read', read);
Controller('bare')(BareController);
class BareModule {}
Module({ controllers: [BareController] })(BareModule);

const app = await NestFactory.create(BareModule, { logger: false });
await app.listen(port, '127.0.0.1');
