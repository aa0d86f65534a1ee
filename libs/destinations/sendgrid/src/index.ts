export { sendgrid } from './sendgrid';
