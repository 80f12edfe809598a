"""The types of the engine: which are whole numbers or text, and the narrowest one that holds what two hold."""
