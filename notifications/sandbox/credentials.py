"""The one account that the sandbox knows. Public on purpose: production refuses these values."""

ACCESS_KEY_ID = "sandbox-access-key"
ACCESS_KEY_SECRET = "sandbox-access-secret"
SIGN_NAME = "安邻平台"
APP_ID = "wx00000000sandbox0"
APP_SECRET = "sandbox-app-secret"
