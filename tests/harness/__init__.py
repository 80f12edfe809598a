"""What tests of several folders share: real servers, gateways and followers, and what must hold."""
