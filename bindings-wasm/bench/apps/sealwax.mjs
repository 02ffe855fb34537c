// The smallest page that encrypts a chosen file with one provider.
import { encrypt, LocalKey } from 'sealwax';

document.querySelector('input').onchange = async ({ target }) => {
  const key = await LocalKey.generate('page');
  const sealed = await encrypt(target.files[0], key).blob();
  document.querySelector('a').href = URL.createObjectURL(sealed);
};
