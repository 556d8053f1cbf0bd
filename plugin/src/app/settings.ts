/** `jsonData` of the app: not secret. The token is the secret `apiKey`, which never comes back to the browser. */
export interface AppSettings {
  apiUrl?: string;
}
