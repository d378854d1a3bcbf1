//! SVG pictures: read as XML and written anew from a list of what may be in a picture. Anything that could run, fetch or
//! hold a page is refused with its line, so that nobody wonders where a part of their picture went.

use super::PictureError;
use roxmltree::{Document, Node, ParsingOptions};
use std::fmt::Write as _;

const SVG: &str = "http://www.w3.org/2000/svg";
const XLINK: &str = "http://www.w3.org/1999/xlink";

/// Longest drawing, in bytes; written anew it can become six times as long.
const MAX_BYTES: usize = 128 * 1024;
/// Most elements, attributes and texts together.
const MAX_NODES: u32 = 20_000;
/// Deepest nesting.
const MAX_DEPTH: usize = 64;

/// Elements that draw, or say how something is drawn.
const ELEMENTS: [&str; 25] = [
    "svg",
    "g",
    "defs",
    "symbol",
    "use",
    "title",
    "desc",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "mask",
    "pattern",
    "marker",
    "filter",
    "feGaussianBlur",
];

/// What drawing programs leave behind for themselves: left out without a word.
const LEFT_OUT: [&str; 1] = ["metadata"];

/// Attributes; those of presentation may also stand in `style`.
const ATTRIBUTES: &str = " id class viewBox width height x y x1 y1 x2 y2 cx cy r rx ry fx fy fr dx dy d points \
    transform gradientTransform gradientUnits patternTransform patternUnits patternContentUnits spreadMethod offset \
    preserveAspectRatio version rotate textLength lengthAdjust role aria-label aria-hidden aria-labelledby \
    clipPathUnits maskUnits maskContentUnits markerWidth markerHeight markerUnits refX refY orient filterUnits \
    stdDeviation in result pathLength ";
const PRESENTATION: &str = " fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap \
    stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset opacity color display visibility overflow \
    stop-color stop-opacity clip-path clip-rule mask filter marker-start marker-mid marker-end paint-order \
    font-family font-size font-style font-weight letter-spacing text-anchor dominant-baseline vector-effect \
    shape-rendering color-interpolation color-interpolation-filters mix-blend-mode isolation enable-background ";

/// Whether a file looks like an SVG.
pub(super) fn is_one(sent: &[u8]) -> bool {
    let text = sent.strip_prefix(b"\xef\xbb\xbf").unwrap_or(sent).trim_ascii_start();
    [&b"<svg"[..], b"<?xml", b"<!--", b"<!DOCTYPE"]
        .iter()
        .any(|start| text.starts_with(start))
}

pub(super) fn remake(sent: &[u8]) -> Result<String, PictureError> {
    let broken = |why: &dyn std::fmt::Display| PictureError::Broken(why.to_string());
    if sent.len() > MAX_BYTES {
        return Err(broken(&"it has more than 128 KB"));
    }
    let text = std::str::from_utf8(sent).map_err(|_| broken(&"it isn't UTF-8 text"))?;
    let options = ParsingOptions {
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options).map_err(|error| broken(&error))?;
    let root = document.root_element();
    if !root.has_tag_name((SVG, "svg")) {
        return Err(refused(root, "the outermost element isn't <svg> of SVG"));
    }
    let mut out = String::with_capacity(sent.len());
    element(root, 0, &mut out)?;
    Ok(out)
}

fn refused(node: Node<'_, '_>, what: impl Into<String>) -> PictureError {
    PictureError::Refused {
        line: node.document().text_pos_at(node.range().start).row,
        what: what.into(),
    }
}

fn element(node: Node<'_, '_>, depth: usize, out: &mut String) -> Result<(), PictureError> {
    if depth > MAX_DEPTH {
        return Err(refused(node, "it nests too deeply"));
    }
    let name = node.tag_name().name();
    // What belongs to a drawing program has a namespace of its own.
    if node.tag_name().namespace() != Some(SVG) {
        return match node.tag_name().namespace() {
            Some("http://www.w3.org/1999/xhtml") | None => {
                Err(refused(node, format!("<{name}> isn't part of a picture")))
            }
            Some(_) => Ok(()),
        };
    }
    if LEFT_OUT.contains(&name) {
        return Ok(());
    }
    if !ELEMENTS.contains(&name) {
        return Err(refused(node, format!("<{name}> can't be in a picture here")));
    }
    // Writing to a String can't fail.
    let _ = write!(out, "<{name}");
    if node.parent_element().is_none() {
        let _ = write!(out, " xmlns=\"{SVG}\" xmlns:xlink=\"{XLINK}\"");
    }
    for attribute in node.attributes() {
        if let Some((name, value)) = kept(node, attribute.namespace(), attribute.name(), attribute.value())? {
            let _ = write!(out, " {name}=\"{}\"", escaped(value));
        }
    }
    out.push('>');
    for child in node.children() {
        if child.is_element() {
            element(child, depth + 1, out)?;
        } else if let Some(text) = child.text().filter(|_| child.is_text()) {
            out.push_str(&escaped(text));
        }
    }
    let _ = write!(out, "</{name}>");
    Ok(())
}

/// An attribute under the name it is written with; nothing for what a drawing program keeps for itself.
fn kept<'a>(
    node: Node<'_, '_>,
    namespace: Option<&str>,
    name: &'a str,
    value: &'a str,
) -> Result<Option<(&'a str, &'a str)>, PictureError> {
    let own = |name: &str| PRESENTATION.contains(&format!(" {name} "));
    match (namespace, name) {
        (None, "href") | (Some(XLINK), "href") => {
            if value.starts_with('#') && !value.contains(char::is_whitespace) {
                return Ok(Some((if namespace.is_some() { "xlink:href" } else { "href" }, value)));
            }
            Err(refused(
                node,
                format!(
                    "<{}> refers to something outside of the picture",
                    node.tag_name().name()
                ),
            ))
        }
        (None, "style") => {
            for declaration in value.split(';').map(str::trim).filter(|part| !part.is_empty()) {
                let (property, value) = declaration.split_once(':').unwrap_or((declaration, ""));
                // Properties of drawing programs do nothing in a browser.
                let theirs = property.trim().starts_with('-');
                if !(theirs || own(property.trim())) {
                    return Err(refused(
                        node,
                        format!("the style `{}` can't be used here", property.trim()),
                    ));
                }
                check_value(node, value)?;
            }
            Ok(Some((name, value)))
        }
        (None, name) if ATTRIBUTES.contains(&format!(" {name} ")) || own(name) => {
            check_value(node, value)?;
            Ok(Some((name, value)))
        }
        (None, name) if name.starts_with("data-") || name == "xmlns" => Ok(None),
        (None, name) => Err(refused(node, format!("the attribute `{name}` can't be used here"))),
        (Some(_), _) => Ok(None),
    }
}

/// `url()` may name something in the picture; nothing may hide behind a backslash or a comment.
fn check_value(node: Node<'_, '_>, value: &str) -> Result<(), PictureError> {
    let lower = value.to_lowercase();
    let hidden = lower.contains('\\') || lower.contains("/*") || lower.contains('@') || lower.contains("image(");
    let elsewhere = lower.split("url(").skip(1).any(|inside| {
        !inside
            .trim_start()
            .trim_start_matches(['"', '\''])
            .trim_start()
            .starts_with('#')
    });
    if hidden || elsewhere || lower.contains("javascript:") || lower.contains("expression(") {
        return Err(refused(node, "a value refers to something outside of the picture"));
    }
    Ok(())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(inside: &str) -> Result<String, PictureError> {
        remake(format!("<svg xmlns=\"{SVG}\" xmlns:xlink=\"{XLINK}\" viewBox=\"0 0 9 9\">\n{inside}</svg>").as_bytes())
    }

    #[test]
    fn a_drawing_comes_out_as_it_went_in() {
        let drawn = with(
            "<metadata><x>secret</x></metadata><defs><linearGradient id=\"g\"><stop offset=\"0\" stop-color=\"red\"/>\
             </linearGradient></defs><g style=\"fill:url(#g);stroke:none\"><path d=\"M0 0L9 9\"/></g>\
             <use xlink:href=\"#g\"/><title>a &amp; b</title>",
        )
        .unwrap();
        assert!(drawn.contains("<path d=\"M0 0L9 9\"></path>"), "{drawn}");
        assert!(
            drawn.contains("fill:url(#g)") && drawn.contains("xlink:href=\"#g\""),
            "{drawn}"
        );
        assert!(drawn.contains("a &amp; b") && !drawn.contains("secret"), "{drawn}");
        assert_eq!(remake(drawn.as_bytes()).unwrap(), drawn);
    }

    #[test]
    fn what_could_run_or_fetch_is_refused_with_its_line() {
        for attack in [
            "<script>alert(1)</script>",
            "<path onload=\"alert(1)\"/>",
            "<foreignObject><body xmlns=\"http://www.w3.org/1999/xhtml\"/></foreignObject>",
            "<style>@import url(https://evil.example)</style>",
            "<image href=\"https://evil.example/x.png\"/>",
            "<use href=\"https://evil.example/x.svg#a\"/>",
            "<use xlink:href=\"data:image/svg+xml;base64,AAAA\"/>",
            "<a href=\"javascript:alert(1)\"><path/></a>",
            "<path fill=\"url(https://evil.example/#a)\"/>",
            "<path style=\"fill:u\\72l(//evil.example)\"/>",
            "<path style=\"background:url(x)\"/>",
            "<path style=\"fill:url( '//evil.example' )\"/>",
            "<animate attributeName=\"href\" to=\"javascript:alert(1)\"/>",
            "<set attributeName=\"onload\" to=\"alert(1)\"/>",
            "<iframe xmlns=\"http://www.w3.org/1999/xhtml\" src=\"//evil.example\"/>",
        ] {
            match with(attack) {
                Err(PictureError::Refused { line, .. }) => assert_eq!(line, 2, "{attack}"),
                other => panic!("{attack}: {other:?}"),
            }
        }
    }

    #[test]
    fn entities_and_depths_are_refused() {
        let laughs = format!(
            "<?xml version=\"1.0\"?><!DOCTYPE svg [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>\
             <svg xmlns=\"{SVG}\"><title>&b;</title></svg>"
        );
        assert!(matches!(remake(laughs.as_bytes()), Err(PictureError::Broken(_))));
        let outside = "<!DOCTYPE svg SYSTEM \"file:///etc/passwd\"><svg xmlns=\"http://www.w3.org/2000/svg\"/>";
        assert!(matches!(remake(outside.as_bytes()), Err(PictureError::Broken(_))));
        assert!(matches!(with(&"<g>".repeat(50_000)), Err(PictureError::Broken(_))));
        let deep = format!("{}{}", "<g>".repeat(9_000), "</g>".repeat(9_000));
        assert!(matches!(with(&deep), Err(PictureError::Refused { .. })));
        assert!(matches!(with(&"<g/>".repeat(50_000)), Err(PictureError::Broken(_))));
        assert!(matches!(remake(b"<svg></svg>"), Err(PictureError::Refused { .. })));
        assert!(matches!(
            remake(b"<svg xmlns=\"http://www.w3.org/2000/svg\"><g>"),
            Err(PictureError::Broken(_))
        ));
        assert!(matches!(remake(b"<svg\xff"), Err(PictureError::Broken(_))));
        let long = format!("<title>{}</title>", "x".repeat(MAX_BYTES));
        assert!(matches!(with(&long), Err(PictureError::Broken(_))));
    }
}
