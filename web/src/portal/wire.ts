// Shapes that the API sends, as far as the page reads them. Lists that are empty may come instead of maps.

export interface WireUser {
  id: number;
  active: boolean;
  name: string;
  first_name: string;
  last_name: string;
  work_position: string;
  color: string;
  avatar: string;
  extranet: boolean;
  bot: boolean;
  /** What only bots have. */
  bot_data?: { reactions_enabled?: boolean } | null;
  connector: boolean;
  status: string;
  idle: string | false;
  last_activity_date: string | false;
  absent: string | false;
  email?: string;
  phones?: Record<string, string> | false;
  website?: string;
}

export interface WireChat {
  id: number;
  name: string;
  owner: number;
  color: string;
  avatar: string;
  type: string;
  message_type: string;
  entity_type: string;
  extranet: boolean;
  mute_list: number[] | Record<string, boolean>;
  manager_list?: number[];
  user_counter?: number;
  role?: string;
  permissions?: Record<string, string>;
  text_field_enabled?: boolean;
}

export interface WireRow {
  id: string | number;
  chat_id: number;
  type: string;
  title: string;
  avatar: { url: string; color: string };
  message: { id: number | string; text: string; file: unknown; author_id: number | string; date: string; status: string };
  counter: number | string;
  last_id: number;
  pinned: boolean;
  unread: boolean;
  date_update: string;
  date_last_activity?: string;
  user?: WireUser;
  chat?: WireChat;
  lines?: { status: number | string };
}

export interface WireMessage {
  id: number;
  chat_id: number;
  author_id: number;
  date: string;
  text: string;
  unread: boolean;
  uuid: string | null;
  params: MessageParams | [];
}

export interface MessageParams {
  LIKE?: (number | string)[];
  FILE_ID?: (number | string)[];
  REPLY_ID?: number | string;
  IS_EDITED?: string;
  IS_DELETED?: string;
  /** What programs hang on their messages; `attach.ts` and `buttons.ts` of the dialog read it. */
  ATTACH?: unknown;
  URL_ATTACH?: unknown;
  KEYBOARD?: unknown;
  MENU?: unknown;
}

export interface WireFile {
  id: number;
  name: string;
  type: string;
  size: number;
  image: { width: number; height: number } | false;
  urlPreview: string;
  urlShow: string;
  urlDownload: string;
}

export interface WirePage {
  chat_id: number;
  messages: WireMessage[];
  users: WireUser[];
  files: WireFile[];
}

export interface WireDialog extends WireChat {
  chat_id?: number;
  counter: number;
  unread_id: number;
  last_id: number;
  last_message_id: number;
  dialog_id: string;
  description: string | null;
  readed_list: { user_id: number; user_name: string; message_id: number; date: string | null }[];
}

export interface WireNotification {
  id: number;
  author_id: number;
  date: string;
  notify_type: number;
  notify_title: string;
  text: string;
  notify_read: 'Y' | 'N';
  notify_buttons?: string;
  params?: MessageParams | [] | null;
}

export interface WireCounters {
  TYPE: Record<string, number>;
}

/** A map that may have come as an empty list. */
export function asMap<T extends object>(value: T | [] | null | undefined): Partial<T> {
  return !value || Array.isArray(value) ? {} : value;
}
