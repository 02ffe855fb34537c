// The same page with typage: age for one recipient.
import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';

document.querySelector('input').onchange = async ({ target }) => {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(await generateX25519Identity()));
  const sealed = await encrypter.encrypt(target.files[0].stream());
  document.querySelector('a').href = URL.createObjectURL(await new Response(sealed).blob());
};
