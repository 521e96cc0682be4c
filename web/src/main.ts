import { createApp } from 'vue';
import App from './App.vue';
import { arrive } from './arrival';
import './style.css';
import './theme';

arrive();
createApp(App).mount('#app');

// The page itself opens without the portal; see public/offline.js.
if ('serviceWorker' in navigator && import.meta.env.PROD) {
  navigator.serviceWorker.register('/offline.js').catch(() => {});
}
