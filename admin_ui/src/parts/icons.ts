/** The icons in use, one set (Lucide); each is the markup inside of its svg. */
import Banknote from "lucide-static/icons/banknote.svg?raw";
import Briefcase from "lucide-static/icons/briefcase.svg?raw";
import Building2 from "lucide-static/icons/building-2.svg?raw";
import Check from "lucide-static/icons/check.svg?raw";
import ChevronDown from "lucide-static/icons/chevron-down.svg?raw";
import ChevronLeft from "lucide-static/icons/chevron-left.svg?raw";
import ChevronRight from "lucide-static/icons/chevron-right.svg?raw";
import ChevronUp from "lucide-static/icons/chevron-up.svg?raw";
import ChevronsUpDown from "lucide-static/icons/chevrons-up-down.svg?raw";
import CircleAlert from "lucide-static/icons/circle-alert.svg?raw";
import CircleCheck from "lucide-static/icons/circle-check.svg?raw";
import CircleDot from "lucide-static/icons/circle-dot.svg?raw";
import CircleX from "lucide-static/icons/circle-x.svg?raw";
import CreditCard from "lucide-static/icons/credit-card.svg?raw";
import Download from "lucide-static/icons/download.svg?raw";
import ExternalLink from "lucide-static/icons/external-link.svg?raw";
import Eye from "lucide-static/icons/eye.svg?raw";
import Flag from "lucide-static/icons/flag.svg?raw";
import History from "lucide-static/icons/history.svg?raw";
import IdCard from "lucide-static/icons/id-card.svg?raw";
import Inbox from "lucide-static/icons/inbox.svg?raw";
import Info from "lucide-static/icons/info.svg?raw";
import Landmark from "lucide-static/icons/landmark.svg?raw";
import Languages from "lucide-static/icons/languages.svg?raw";
import LayoutDashboard from "lucide-static/icons/layout-dashboard.svg?raw";
import ListX from "lucide-static/icons/list-x.svg?raw";
import Lock from "lucide-static/icons/lock.svg?raw";
import LogOut from "lucide-static/icons/log-out.svg?raw";
import Menu from "lucide-static/icons/menu.svg?raw";
import MessageSquare from "lucide-static/icons/message-square.svg?raw";
import Monitor from "lucide-static/icons/monitor.svg?raw";
import Moon from "lucide-static/icons/moon.svg?raw";
import Package from "lucide-static/icons/package.svg?raw";
import Palette from "lucide-static/icons/palette.svg?raw";
import Pause from "lucide-static/icons/pause.svg?raw";
import PhoneCall from "lucide-static/icons/phone-call.svg?raw";
import PhoneOff from "lucide-static/icons/phone-off.svg?raw";
import Play from "lucide-static/icons/play.svg?raw";
import Plus from "lucide-static/icons/plus.svg?raw";
import Radio from "lucide-static/icons/radio.svg?raw";
import Receipt from "lucide-static/icons/receipt.svg?raw";
import RotateCcw from "lucide-static/icons/rotate-ccw.svg?raw";
import Scale from "lucide-static/icons/scale.svg?raw";
import ScrollText from "lucide-static/icons/scroll-text.svg?raw";
import Search from "lucide-static/icons/search.svg?raw";
import Send from "lucide-static/icons/send.svg?raw";
import Server from "lucide-static/icons/server.svg?raw";
import Settings from "lucide-static/icons/settings.svg?raw";
import ShieldCheck from "lucide-static/icons/shield-check.svg?raw";
import Star from "lucide-static/icons/star.svg?raw";
import Store from "lucide-static/icons/store.svg?raw";
import Sun from "lucide-static/icons/sun.svg?raw";
import Tags from "lucide-static/icons/tags.svg?raw";
import Trash2 from "lucide-static/icons/trash-2.svg?raw";
import TriangleAlert from "lucide-static/icons/triangle-alert.svg?raw";
import Undo2 from "lucide-static/icons/undo-2.svg?raw";
import Upload from "lucide-static/icons/upload.svg?raw";
import UserCog from "lucide-static/icons/user-cog.svg?raw";
import Users from "lucide-static/icons/users.svg?raw";
import WalletCards from "lucide-static/icons/wallet-cards.svg?raw";
import X from "lucide-static/icons/x.svg?raw";

const inner = (svg: string) => svg.replace(/<!--.*?-->/gs, "").replace(/^\s*<svg[^>]*>|<\/svg>\s*$/gs, "");

export const icons = {
  banknote: inner(Banknote),
  briefcase: inner(Briefcase),
  "building-2": inner(Building2),
  check: inner(Check),
  "chevron-down": inner(ChevronDown),
  "chevron-left": inner(ChevronLeft),
  "chevron-right": inner(ChevronRight),
  "chevron-up": inner(ChevronUp),
  "chevrons-up-down": inner(ChevronsUpDown),
  "circle-alert": inner(CircleAlert),
  "circle-check": inner(CircleCheck),
  "circle-dot": inner(CircleDot),
  "circle-x": inner(CircleX),
  "credit-card": inner(CreditCard),
  download: inner(Download),
  "external-link": inner(ExternalLink),
  eye: inner(Eye),
  flag: inner(Flag),
  history: inner(History),
  "id-card": inner(IdCard),
  inbox: inner(Inbox),
  info: inner(Info),
  landmark: inner(Landmark),
  languages: inner(Languages),
  "layout-dashboard": inner(LayoutDashboard),
  "list-x": inner(ListX),
  lock: inner(Lock),
  "log-out": inner(LogOut),
  menu: inner(Menu),
  "message-square": inner(MessageSquare),
  monitor: inner(Monitor),
  moon: inner(Moon),
  package: inner(Package),
  palette: inner(Palette),
  pause: inner(Pause),
  "phone-call": inner(PhoneCall),
  "phone-off": inner(PhoneOff),
  play: inner(Play),
  plus: inner(Plus),
  radio: inner(Radio),
  receipt: inner(Receipt),
  "rotate-ccw": inner(RotateCcw),
  scale: inner(Scale),
  "scroll-text": inner(ScrollText),
  search: inner(Search),
  send: inner(Send),
  server: inner(Server),
  settings: inner(Settings),
  "shield-check": inner(ShieldCheck),
  star: inner(Star),
  store: inner(Store),
  sun: inner(Sun),
  tags: inner(Tags),
  "trash-2": inner(Trash2),
  "triangle-alert": inner(TriangleAlert),
  "undo-2": inner(Undo2),
  upload: inner(Upload),
  "user-cog": inner(UserCog),
  users: inner(Users),
  "wallet-cards": inner(WalletCards),
  x: inner(X),
};

export type IconName = keyof typeof icons;
