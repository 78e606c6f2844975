use super::Tree;
impl Tree {
    /// x
    #[must_use]
    pub fn to_svg(&self) -> String {
        String::new()
    }
}
