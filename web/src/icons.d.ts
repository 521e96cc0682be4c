declare module '@bitrix24/b24icons-vue/outline/*' {
  import type { FunctionalComponent, SVGAttributes } from 'vue';
  const icon: FunctionalComponent<SVGAttributes>;
  export default icon;
}
