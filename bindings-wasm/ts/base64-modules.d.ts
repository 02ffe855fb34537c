declare module '*.base64' {
  const text: string;
  export default text;
}
