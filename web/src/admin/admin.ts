// What administrators ask of the portal, and what they are told.

import { send } from '../portal/session';

/** One of the people, with what only administrators see. */
export interface Person {
  id: number;
  name: string;
  email: string;
  position: string;
  active: boolean;
  admin: boolean;
  guest: boolean;
  login: string | null;
  last_login: string | null;
}

/** A setting that counts at once. */
export interface Setting {
  name: string;
  value: string;
  configured: string;
  place: string | null;
  changed_at: string | null;
  changed_by: number | null;
  choices: string[];
  least: number | null;
  most: number | null;
}

/** A key that only the configuration changes. */
export interface Fixed {
  name: string;
  value: string;
  place: string | null;
}

export interface Server {
  address: string;
  own: boolean;
  state: 'well' | 'cut' | 'stopping' | 'silent';
  version: string;
  started_at: string;
  heard_at: string;
  people_connected: number;
}

/** How the server is. */
export interface Health {
  version: string;
  engine: string;
  schema: number;
  shared: boolean;
  uptime_seconds: number;
  database_bytes: number;
  files: number;
  files_bytes: number;
  free: { place: string; bytes: number }[];
  memory_bytes: number;
  people: number;
  people_connected: number;
  requests_last_minute: number;
  faults_last_day: number;
  slowest: { method: string; count: number; mean_milliseconds: number; most_within_milliseconds: number | null }[];
  push_backlog: number;
  store_queue: number;
  bus: { joined: boolean; connected: boolean; lag_milliseconds: number };
  nodes: Server[];
  last_backup: string | null;
}

/** What the doctor found. */
export interface Finding {
  health: 'ok' | 'warn' | 'fail';
  about: string;
  what: string;
  advice: string;
}

/** One line of the log of what was done by whom. */
export interface Deed {
  id: number;
  at: string;
  kind: string;
  by: number | null;
  way: 'command' | 'page' | 'rest' | 'door';
  tool: string;
  peer: string | null;
  user: number | null;
  thing: number | null;
  detail: Record<string, unknown>;
}

export const listPeople = (sessid: string, find: string, after: number) =>
  send<{ people: Person[]; more: boolean }>('/person/list', { find, after }, sessid);

export const giveRole = (sessid: string, user: number, admin: boolean, guest: boolean, confirm: boolean) =>
  send<Person>('/person/role', { user, admin, guest, confirm }, sessid);

export const signOutEverywhere = (sessid: string, user: number) => send<boolean>('/person/sign-out', { user }, sessid);

export const listSettings = (sessid: string) => send<{ settings: Setting[]; fixed: Fixed[] }>('/setting/list', {}, sessid);

/** Changes a setting; `null` lets the configuration count again. */
export const changeSetting = (sessid: string, name: string, value: string | null) =>
  send<boolean>('/setting/change', { name, value }, sessid);

export const askHealth = (sessid: string) => send<Health>('/health', {}, sessid);

export const askDoctor = (sessid: string) => send<Finding[]>('/health/check', {}, sessid);

export const listDeeds = (sessid: string, filter: { user: number; kind: string; before: string }) =>
  send<{ deeds: Deed[]; next: string | null; kinds: string[] }>('/audit/list', filter, sessid);

/** An application as its administrators see it. */
export interface App {
  id: number;
  client_id: string;
  title: string;
  scopes: string[];
  handler_url: string;
  installed: boolean;
  revision: number;
}

/** What is shown once, when an application is made. */
export interface Keys {
  client_id: string;
  client_secret: string;
  application_token: string;
}

export const listApps = (sessid: string) => send<App[]>('/app/list', {}, sessid);

export const addApp = (sessid: string, fields: { title: string; scopes: string; handler_url: string; install_url: string; pending: boolean }) =>
  send<Keys>('/app/add', fields, sessid);

export const installApp = (sessid: string, id: number) => send<boolean>('/app/install', { id }, sessid);

export const removeApp = (sessid: string, id: number) => send<boolean>('/app/remove', { id }, sessid);
