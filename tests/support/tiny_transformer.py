"""A sentence transformer of random weights, made in a second: two layers of 64 units."""

from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Transformer
from sentence_transformers.sentence_transformer.modules import Pooling
from tokenizers import BertWordPieceTokenizer
from transformers import BertConfig, BertModel, BertTokenizerFast


def write_tiny_transformer(folder, texts):
    """Train a tokeniser on texts and write an untrained model with mean pooling."""
    tokeniser = BertWordPieceTokenizer(lowercase=True)
    tokeniser.train_from_iterator(texts, vocab_size=2_000, min_frequency=1, show_progress=False)
    base = folder / "base"
    base.mkdir(parents=True)
    tokeniser.save_model(str(base))
    config = BertConfig(
        vocab_size=tokeniser.get_vocab_size(),
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=128,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(base)
    BertTokenizerFast(vocab=str(base / "vocab.txt")).save_pretrained(base)
    transformer = Transformer(str(base))
    model = SentenceTransformer(modules=[transformer, Pooling(64)], device="cpu")
    model.save(str(folder / "model"), create_model_card=False)
    return folder / "model"
