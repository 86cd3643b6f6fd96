/// An n-dimensional array of texts as NumPy stores it (`U` and `S` types), row-major.
public struct TextArray: Hashable, Sendable {
    /// Extents, outermost first; empty for a single text.
    public let shape: [Int]
    /// The texts, row-major, without the zeros that fill them up.
    public let texts: [String]

    /// - Parameter stored: the elements in order, as many as the header's shape holds.
    init(_ header: NPYHeader, _ stored: ArraySlice<UInt8>, file: String) throws(ArchiveError) {
        let width = header.element.width
        var texts: [String] = []
        texts.reserveCapacity(stored.count / width)
        for place in stride(from: stored.startIndex, to: stored.endIndex, by: width) {
            let bytes = stored[place..<place + width]
            let text =
                header.element == .bytes(width)
                ? String(validating: bytes.droppingLast(0), as: UTF8.self)
                : String(
                    validating: bytes.words(UInt32.self, header.isBigEndian).droppingLast(0), as: UTF32.self)
            guard let text else {
                throw .damaged(file: file, detail: "text \(texts.count) is not of Unicode characters")
            }
            texts.append(text)
        }
        shape = header.shape
        self.texts = texts
    }
}

extension BidirectionalCollection where Element: Equatable {
    /// Without the elements at the end that equal one.
    fileprivate func droppingLast(_ filler: Element) -> SubSequence {
        self[..<(lastIndex { $0 != filler }.map { index(after: $0) } ?? startIndex)]
    }
}
