"""Which models the settings name, what they cost, and what is loaded to ask them."""

from collections.abc import Mapping

from bus.contract.settings import LlmSettings, Price, Settings

MODEL_PRELOAD = "agent_worker.warmup.model"


def models_of(llm: LlmSettings) -> list[str]:
    """The models that a question may be asked of, the one that is asked by default first."""
    return list(dict.fromkeys([llm.model, *llm.models]))


def has_model(llm: LlmSettings, environment: Mapping[str, str]) -> bool:
    """Whether there is a model to be asked: a key in this environment, or a server of one's own."""
    return bool(llm.base_url or environment.get(llm.api_key_env))


def price_of(llm: LlmSettings, model: str = "") -> Price | None:
    """The price of a model (by default of the default one), found by its name or the longest name it begins with (dated
    names); None if unknown."""
    model = model or llm.model
    names = [name for name in llm.prices if model == name or model.startswith(f"{name}-")]
    return llm.prices[max(names, key=len)] if names else None


def preload_of(settings: Settings, environment: Mapping[str, str]) -> list[str]:
    """The modules that are loaded before any worker is forked. A model's client, which takes longer to load than all
    the rest, only where there is a model."""
    return [*settings.worker.preload, *([MODEL_PRELOAD] if has_model(settings.llm, environment) else [])]
