"""The site in the Gancio API: settings, texts, signs of life, discovery by other servers."""
