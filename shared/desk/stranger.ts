import { body, type Content, message } from '../slack/text.ts';
import type { Unknown } from './asking.ts';

/** Why somebody gets no answer, and what they can do. `origin` is where War Room's pages are. */
export function stranger(why: Unknown['why'], origin: string): Content {
  const support = { link: `${origin}/support`, label: 'Support' };
  switch (why) {
    case 'nobody':
      return message(
        body(
          'War Room does not know you yet: nobody in the company’s directory has the e-mail address of your profile.',
        ),
        body('Ask whoever keeps the directory to add you, then try again. ', support),
      );
    case 'unconfirmed':
      return message(
        body('War Room cannot tell who you are: Slack has not confirmed the e-mail address of your profile.'),
        body('Confirm it in your Slack account settings, then try again. ', support),
      );
    case 'stranger':
      return message(
        body('War Room answers only the people of the workspace that it was added to. Yours is another one.'),
        body('Ask one of them for what you need.'),
      );
    case 'not-installed':
      return message(
        body('War Room has no access to this workspace at the moment.'),
        body('An admin can give it back: ', { link: `${origin}/slack/install`, label: 'Add to Slack' }),
      );
    case 'unreachable':
      return message(
        body('Slack does not say just now who you are, so War Room cannot answer.'),
        body('Nothing was changed. Try again in a minute.'),
      );
  }
}
