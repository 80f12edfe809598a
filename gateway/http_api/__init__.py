"""The HTTP side: routes, handlers, authentication, pages."""
