//! Every interleaving of the budget, by the model checker loom.
