"""The model: plans, repairs and answers over any server that speaks the Messages API or chat completions."""
