// Doing what a button of a program says.

import { ref } from 'vue';
import { useMessenger } from '../messenger';
import { t } from '../words';
import type { Deed } from './buttons';

interface Ways {
  /** Opens a dialog. */
  dialog: (id: string) => void;
  /** Sends a text, or puts it where people write. */
  say: (text: string, put: boolean) => void;
}

export function useDeeds(ways: Ways) {
  const { rest, failed, say } = useMessenger();
  const busy = ref(false);

  /** Does it; false if the portal refused. A link is followed by the browser itself. */
  async function act(deed: Deed, message: number): Promise<boolean> {
    switch (deed.kind) {
      case 'link':
        window.open(deed.href, '_blank', 'noopener,noreferrer');
        return true;
      case 'say':
        ways.say(deed.text, deed.put);
        return true;
      case 'dialog':
        ways.dialog(deed.id);
        return true;
      case 'copy':
        return navigator.clipboard.writeText(deed.text).then(
          () => {
            say(t('app.copied'));
            return true;
          },
          () => {
            say(t('fail.copy'), true);
            return false;
          },
        );
      case 'command': {
        busy.value = true;
        try {
          await rest.call('im.message.command', { MESSAGE_ID: message, BOT_ID: deed.bot, COMMAND: deed.command, COMMAND_PARAMS: deed.params });
          return true;
        } catch (thrown) {
          failed(thrown);
          return false;
        } finally {
          busy.value = false;
        }
      }
    }
  }

  return { act, busy };
}
