// What somebody may do in a chat, as the portal tells it: from which role on each thing is allowed.

const ROLES = ['none', 'guest', 'member', 'manager', 'owner'];

interface Told {
  role?: string;
  permissions?: Record<string, string>;
}

/** Whether whoever has this role may do that. What the portal does not speak of is left to it. */
export function may(chat: Told | null, what: 'manage_ui' | 'manage_users_add' | 'manage_users_delete' | 'manage_settings' | 'can_post'): boolean {
  const from = chat?.permissions?.[what];
  if (!chat?.role || !from) return true;
  const needed = from === 'all' ? 0 : ROLES.indexOf(from);
  return needed >= 0 && from !== 'none' && ROLES.indexOf(chat.role) >= needed;
}
