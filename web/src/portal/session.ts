// What the page asks the portal beside the API: who is signed in, signing in and out, invitations, webhooks, commands of bots.

import type { Command } from '../dialog/commands';
import { Failure } from './failure';

/** Somebody who is signed in, and the token that goes with the cookie. */
export interface Session {
  user_id: number;
  sessid: string;
  /** The portal's public address, with which its links begin. */
  base_url: string;
}

/** What the portal says to a stranger. */
export interface Stranger {
  user_id: null;
  first_run: boolean;
}

/** One of the people of a demo portal. */
export interface DemoPerson {
  id: number;
  name: string;
  position: string;
  admin: boolean;
  login: string;
}

/** A demo portal's people, and the password that they share. */
export interface Demo {
  people: DemoPerson[];
  password: string;
}

/** A webhook as its administrators see it. */
export interface Webhook {
  id: number;
  user_id: number;
  scopes: string[];
  revision: number;
  created_at: string;
  title: string;
}

async function ask<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: 'same-origin', cache: 'no-store', ...init });
  } catch {
    throw new Failure('offline', 'The portal cannot be reached');
  }
  const body = (await response.json().catch(() => ({}))) as { result?: T; error?: string; error_description?: string };
  if (!response.ok || body.error !== undefined) {
    throw new Failure(body.error ?? 'offline', body.error_description ?? response.statusText, response.status);
  }
  return body.result as T;
}

/** Sends one of the page's forms. */
export function send<T>(path: string, fields: object, sessid = ''): Promise<T> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (sessid) headers['x-bitrix-csrf-token'] = sessid;
  return ask<T>(path, { method: 'POST', headers, body: JSON.stringify(fields) });
}

export const who = () => ask<Session | Stranger>('/session', {});

export const signIn = (login: string, password: string) => send<Session>('/session', { login, password });

export const signOut = (sessid: string, everywhere: boolean) => send<boolean>('/session/end', { everywhere }, sessid);

export const changePassword = (sessid: string, current: string, password: string) =>
  send<boolean>('/session/password', { current, password }, sessid);

export const foundPortal = (fields: { code: string; first_name: string; last_name: string; login: string; password: string }) =>
  send<Session>('/session/first', fields);

export const lookAtInvitation = (code: string) => send<{ name: string; login: string }>('/invitation/look', { code });

export const acceptInvitation = (code: string, login: string, password: string) =>
  send<Session>('/invitation/accept', { code, login, password });

/** Whether whoever is signed in may invite people who are not here yet. */
export const mayInvite = (sessid: string) => send<boolean>('/invitation/may', {}, sessid);

/** Somebody who is not here yet. */
export interface Newcomer {
  email: string;
  first_name: string;
  last_name: string;
  position: string;
  guest: boolean;
}

/** Adds somebody new and invites them. */
export const inviteNew = (sessid: string, fields: Newcomer) =>
  send<{ user: number; link: string; expires_at: string }>('/invitation/new', fields, sessid);

export const invite = (sessid: string, user: number) =>
  send<{ link: string; expires_at: string }>('/invitation', { user }, sessid);

export const webhooks = (sessid: string) => send<Webhook[]>('/webhook/list', {}, sessid);

export const addWebhook = (sessid: string, fields: { user: number; scopes: string; revision: number; title: string }) =>
  send<{ address: string; webhook: Webhook }>('/webhook/add', fields, sessid);

export const removeWebhook = (sessid: string, id: number) => send<boolean>('/webhook/remove', { id }, sessid);

/** The commands of bots that can be given in a dialog. */
export const commandsIn = (sessid: string, dialog: string, language: string) =>
  ask<Command[]>(`/web/command?${new URLSearchParams({ dialog, language })}`, { headers: { 'x-bitrix-csrf-token': sessid } });

/** The people of a demo portal; nobody anywhere else. */
export async function demo(): Promise<Demo | null> {
  const response = await fetch('/demo.json', { cache: 'no-store' }).catch(() => null);
  if (!response?.ok) return null;
  const offer = (await response.json().catch(() => null)) as {
    password?: string;
    users?: (Omit<DemoPerson, 'login'> & { login: string | null })[];
  } | null;
  if (!offer?.users || !offer.password) return null;
  const people = offer.users.filter((person): person is DemoPerson => typeof person.login === 'string');
  return { people, password: offer.password };
}
