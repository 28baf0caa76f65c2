import { describe, expect, test } from 'vitest'
import { asksToLeave } from '../../../src/deliver/returns/leave.ts'

const subject = 'Re: Freehold 12'

describe('a wish to leave is heard', () => {
  test.each([
    'unsubscribe',
    'Unsubscribe.',
    'UNSUBSCRIBE ME!!!',
    'please unsubscribe me from this list, thanks',
    'Please unsubscribe me because I get too much mail',
    'unsubscribe reader@post.example',
    'How do I unsubscribe?',
    'Stop',
    'stop sending me these emails',
    'Remove me from your mailing list',
    'Could you please remove my email address from the list?',
    "I don't want to receive any more newsletters",
    'I would like to opt out',
    'Cancel my subscription',
    'I never signed up. Please unsubscribe me.',
    'Bitte abmelden',
    'Ich möchte mich vom Newsletter abmelden.',
    'Hiermit möchte ich den Newsletter abbestellen',
    'Nehmen Sie mich bitte aus dem Verteiler',
    'Bitte keine weiteren Mails mehr senden',
    'Abmeldung vom Newsletter',
    'Désinscription',
    'Je souhaite me désinscrire',
    'Veuillez me désabonner de cette liste, merci',
    'Retirez-moi de la liste',
    'Je ne souhaite plus recevoir la newsletter',
    'Baja',
    'Por favor, darme de baja del boletín',
    'Cancelar suscripción',
    'Quero cancelar a inscrição',
    'Vorrei cancellarmi, disiscrivetemi',
    'Disiscrizione',
    'Graag uitschrijven',
    'Afmelden aub',
    'Avregistrera mig tack',
    'отписаться',
    '退订',
    '配信停止',
  ])('“%s” as the first line', (line) => {
    expect(asksToLeave(subject, `Hello,\n\n${line}\n\nBest wishes`)).toBe(true)
  })

  test.each(['Unsubscribe', 'RE: unsubscribe', 'Bitte abmelden', 'Désinscription', 'Baja', 'Remove me'])(
    '“%s” as the subject',
    (wish) => {
      expect(asksToLeave(wish, '')).toBe(true)
    },
  )
})

describe('other things are not', () => {
  test.each([
    'Please do not unsubscribe me',
    "Don't remove me from the list, I was only away",
    'Ich möchte mich nicht abmelden',
    'Je ne veux pas me désinscrire',
    'The unsubscribe link is broken',
    'Did many people unsubscribe after the last issue?',
    'Labs stop publishing weights: why?',
    'Please leave a comment on my paper',
    'Stop press: a lab opened its weights',
    'Can you remove the third story? It is wrong.',
    'Your story says that they cancel, unsubscribe and leave.',
    'Thank you for the newsletter',
    '',
  ])('“%s”', (line) => {
    expect(asksToLeave(subject, line)).toBe(false)
    expect(asksToLeave(line, '')).toBe(false)
  })

  test.each([
    ['with marks', 'Nice.\n\n> unsubscribe\n> me'],
    ['with marks and nothing else', '> unsubscribe'],
    ['below an attribution', 'On Mon, 16 Nov 2026, Freehold wrote:\n\nUnsubscribe'],
    [
      'below an attribution of two lines',
      'On Mon, 16 Nov 2026 at 09:00, Freehold <digest@freehold.example>\nwrote:\n\nUnsubscribe',
    ],
    ['as Outlook does', '-----Original Message-----\nFrom: Freehold\nSubject: unsubscribe\n\nUnsubscribe'],
    ['as Outlook does now', '________________________________\nFrom: Freehold\n\nUnsubscribe'],
    ['below a signature', '-- \nUnsubscribe'],
    ['further down', 'A good issue.\n\nUnsubscribe'],
  ])('what is quoted %s', (_, text) => {
    expect(asksToLeave(subject, text)).toBe(false)
  })
})
